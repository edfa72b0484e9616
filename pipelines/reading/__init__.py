"""From files of any kind to rows of the contract, every row accounted for."""
