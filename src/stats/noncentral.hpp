#pragma once

namespace podium::inline v0::stats {

/// A statistic that is about chi-square with `df` degrees of freedom under no drift: one-sided bounds of what it
/// measures, in the statistic's own scale.
double noncentrality_upper(double statistic, double df, double level);
double noncentrality_lower(double statistic, double df, double level);

}  // namespace podium::inline v0::stats
