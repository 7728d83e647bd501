"""The pages: each is an ordinary form, and every post answers with a redirect or its complaints."""
