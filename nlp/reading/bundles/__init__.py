"""Files that hold other files: zip, gzip, mail and saved web pages. Each member is read as an item of its own."""
