"""What somebody sent us, looked at without opening it: content sniffing, hash lists, drawing in a confined process."""
