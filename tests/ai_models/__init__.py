"""Tests of checks/ai_models."""
