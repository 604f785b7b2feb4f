"""What people see and read: the window, its screens and every word on them. Decides nothing."""
