"""Which of two texts people, models and rules prefer."""
