"""The operator's pages, and those of an organisation's manager: organisations, people, the trail of acts, mail."""
