"""The pages: the only package that imports Gradio. It knows nothing of any engine's inside."""
