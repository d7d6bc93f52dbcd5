"""Static pages: legal notice, personal data, accessibility, definitions, site map, help."""
