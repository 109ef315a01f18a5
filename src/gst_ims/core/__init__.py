"""Values that everyone speaks and that touch nothing: GSTIN, tax period, section, money, document, clock, errors."""
