"""Where the bytes of attachments lie: objects by name, on a disk of this machine or in a store that speaks S3."""
