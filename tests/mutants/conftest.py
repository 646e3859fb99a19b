"""`--seed N --count K` choose the sample: by default always the same one."""


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0, help="of the sample of mutants")
    parser.addoption("--count", type=int, default=14, help="how many mutants to try")


def pytest_report_header(config):
    return f"sampled mutants: --seed {config.option.seed} --count {config.option.count}"
