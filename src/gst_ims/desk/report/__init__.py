"""What stands at a taxpayer's desk, as a workbook or as JSON; and what people decided in the workbook, read back."""
