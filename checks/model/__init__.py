"""The ground floor: frozen values that travel between the stages. Nothing here imports another room."""
