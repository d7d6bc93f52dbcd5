"""The help desk's mails, by subject: built here, sent by the outbox."""
