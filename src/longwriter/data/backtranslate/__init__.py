"""Long human texts to (request, plan, text) triples."""
