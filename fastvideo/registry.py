def model_cfg(arch): pass
