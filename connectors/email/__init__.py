"""The channel type ``email``: a mailbox read over IMAP and answered over SMTP."""
