"""The system of record: typed models, migrations, transactions, pages, idempotency. Who may see what is ``service.access``."""
