"""What a training shows of itself: learning curves, confusion matrix, measures of each class, worst mistakes."""
