"""All weights of a network as one vector: at these sizes an operation costs by the call, not by the number."""

import torch
from torch import Tensor, nn


def flattened(module: nn.Module) -> tuple[nn.Parameter, Tensor]:
    """The parameters of `module` end to end as one parameter, and its gradient.

    The module's own parameters and gradients become views of the two, so a norm, a clip or an optimiser's step is one
    operation for all of them. Backpropagation adds to the gradient: it has to be set to zero before each update.
    """
    parameters = list(module.parameters())
    weights = nn.Parameter(nn.utils.parameters_to_vector(parameters).detach())
    gradient = torch.zeros_like(weights)
    weights.grad = gradient
    sizes = [parameter.numel() for parameter in parameters]
    for parameter, values, slopes in zip(parameters, weights.detach().split(sizes), gradient.split(sizes), strict=True):
        parameter.data = values.view_as(parameter)
        parameter.grad = slopes.view_as(parameter)
    return weights, gradient
