"""Looking a French business up by its SIRET in the public directory « Recherche d'entreprises »."""
