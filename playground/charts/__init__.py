"""Pictures: a spec built once for a shape, and the arrays that fill it, frame by frame."""
