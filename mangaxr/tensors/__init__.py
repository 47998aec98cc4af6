"""What a channel of the tensor is, and how one galaxy's maps become one."""
