"""Encryption of what lies on the disk: the file of keys (`ring`), a file in its envelope (`files`), short words in the database (`words`),
and all three with the settings of the site (`kept`). The first three know no Django."""
