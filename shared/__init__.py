"""What the services share, in layers: ids, errors, model -> ports -> bus, store, blobs ->
runtime."""
