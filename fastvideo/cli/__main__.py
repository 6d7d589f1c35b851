from .start import start
start()
