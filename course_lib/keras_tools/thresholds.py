"""Where the doctor draws its lines, each with its reason. Shares are of 1."""

EXAMPLES = 512  # looked at, spread evenly over the data: enough to tell 1 % from 0, a second's work
FEW = 32        # below: "dead on all examples" is said of so few that we say how many

# A ReLU unit that is off on all examples gets no gradient. At the start of a healthy network of ten
# layers about a tenth of the units is dead (chapter 03): half is an illness, a quarter a hint.
DEAD, MANY_DEAD = 0.5, 0.25

# Slopes at most 5 % of the function's largest (diagnostics.units.SATURATED). Functions flat on both
# sides: tanh units on N(0, 1) sums have 3 % of such slopes; networks of which a third of the slopes
# is saturated learn, those with three quarters do not (C53). Functions flat on one side are flat
# on purpose for many examples.
SATURATED, ASLEEP = 0.7, 0.95

# A network that has learnt has saturated units because it is sure. So saturation counts only while
# the loss is above this share of what always the same answer would cost.
STILL_TO_LEARN = 0.5

# Length of the gradient at the first hidden layer over that at the last one. Functions with the
# first weights made for them stay within a factor of 10 over ten layers, ReLU with Keras' default
# loses a factor of about 20; a thousandth of the gradient trains a thousand times slower under SGD.
# Upwards: batch norm alone multiplies by 1.2 a layer, so that 20 layers still stay below 100.
VANISHING, EXPLODING = 1e-3, 100.0

# Not that far yet, but less and less over so many layers: a hint. What a layer passes on, in the
# mean and in the median over 8 to 20 layers of 16 to 128 units on the digits, twenty networks each:
# ReLU with Glorot's weights 0.62 to 0.80, GELU with them 0.47 to 0.64, tanh with them 0.77 and
# more, ReLU with He's 0.77 and more. So the limit is lower where the weights do not explain it. The
# variance of weights times their inputs is 1 for Glorot's, 2 for He's.
DEEP, FADING, FADING_RELU, SMALL_FOR_RELU = 8, 0.7, 0.8, 1.5
# Nothing is said of fewer layers: seven of ReLU with Glorot's weights still pass on an eighth.

# The same from the last time step to the first. An LSTM's forget gates begin at 1 / (1 + e^-1) =
# 0.73 in Keras, keep 1e-4 over 30 steps, and learn all the same: a hint, and a late one.
THROUGH_TIME = 1e-6

# 1 - mean cosine of the outputs for different inputs. The digits have about a half, the second of
# six sigmoid layers 0.005, the fourth below 0.0001: all inputs look alike to what stands above it.
COLLAPSE = 1e-4

# Root mean square of what goes into the first layer with weights: standardised data have 1, pixels
# between 0 and 1 about 0.5, pixels up to 255 about 100. Beyond HUGE it is an illness, while there
# is still much to learn and no normalisation follows: the first sums are that many times too large.
LARGE, SMALL, HUGE = 5.0, 0.01, 20.0

# One step of the compiled optimiser over the size of the weights: about 0.001 is usual, Adam's
# first steps reach 0.1. At 1 a single step replaces what was learnt: an illness.
STEP = 1.0
