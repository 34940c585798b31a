"""What answers behind the routes: pool, answering, uploads, collections."""
