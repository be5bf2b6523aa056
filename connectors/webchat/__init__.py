"""The site chat: a widget on somebody's site, with our own store as its mailbox."""
