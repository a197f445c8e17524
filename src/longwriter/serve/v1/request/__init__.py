"""What a client asks for: its request, read and checked, and which way it takes."""
