"""Trials of chapter 04: which output, which loss, which hidden function."""

FILES = ()
