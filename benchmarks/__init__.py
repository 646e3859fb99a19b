"""What the library costs, as ratios against what one would pick instead: `python -m benchmarks`.

    training     many small networks: ours against Keras, JAX and PyTorch
    activations  the catalogue against scipy, TensorFlow, PyTorch and JAX
    figures      a lab's step against a new figure
    import       what `import course_lib` adds to numpy's own import
    recurrent    ten seeds of a recurrent network: ours against Keras

Only ratios are worth keeping: both sides run in turn on the same machine in the same minutes.
A ratio counts only where both sides computed the same thing (rounds.py).
"""
