"""The workbench: Chinese pages rendered by the server, for reading, judging and searching.

A page is a GET that calls the functions which the API calls too, with the same caller; every change is a request of the
page's script to the API. So there is one path for permissions, audit, and conflicts.
"""
