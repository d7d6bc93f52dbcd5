"""Reading the tables that people paste or send: clipboard blocks, CSV files, XLSX workbooks. Writing them is ``webapp.spreadsheet``."""
