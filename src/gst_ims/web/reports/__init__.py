"""The report to take along, and what people decided in its workbook."""
