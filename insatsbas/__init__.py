"""insatsbas: the shared catalogue of interventions for newly arrived people."""

__version__ = "0.1.0"
