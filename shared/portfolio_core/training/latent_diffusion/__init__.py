"""A small latent diffusion model, trained from nothing on pictures that code draws."""
