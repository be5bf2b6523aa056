"""Reports: kept figures added up over a period, by agent, team, line, channel or topic."""
