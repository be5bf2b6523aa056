"""Rules at work: what they decide is done in the commit of what set them off."""
