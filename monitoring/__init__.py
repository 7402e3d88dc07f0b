"""Vigie: monitoring and explainability for machine-learning models.

Data flows one way: ingest -> store -> profiles -> results -> pages. docs/architecture.md says what lives
where.
"""
