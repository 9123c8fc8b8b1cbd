"""How an incident comes into the kit: by five questions."""
