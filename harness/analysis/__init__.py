"""Questions put to stored runs. Pure: tables in, answers out; nothing here runs, prints or writes."""
