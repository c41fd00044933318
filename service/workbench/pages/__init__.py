"""One module for each page or group of pages; each has a ``router`` that ``service.workbench.site`` includes."""
