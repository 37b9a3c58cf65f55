"""Every word the screen shows, in one place, so that a translation replaces this file's strings and nothing else.

Names in braces are filled in by `str.format`; they keep their names in a translation.
"""

from __future__ import annotations

APP_NAME = "Campaign budget optimizer"

# Navigation. Pages that are still to come join these sections.
SECTION_DECIDE = "Decide"
PAGE_PLAN = "Plan"
PAGE_TITLE = "Budget plan"

# Inputs
HISTORY = "History"
SOURCE_SAMPLE = "Sample"
SOURCE_UPLOAD = "My file"
HISTORY_HELP = (
    "What was spent and what it brought, one row per day or week, network and content type. "
    "The sample is a simulated advertiser, so you can look around before you bring your own figures."
)
UPLOAD = "History file"
UPLOAD_HELP = (
    "Needs the columns date, network, content_type, spend and an outcome: revenue, conversions or both; without "
    "either, another one such as clicks can be the goal."
)
BUDGET = "Budget for all weeks"
BUDGET_IN = "Budget for all weeks, {currency}"
BUDGET_HELP = (
    "Media money for the whole horizon, spent in full. Starts at your recent weekly spend (mean of the last "
    "12 complete weeks) times the number of weeks."
)
WEEKS = "Weeks"
WEEKS_HELP = "How many weeks the plan covers, from the first week after the history."
GOAL = "Goal"
GOAL_HELP = "What the plan makes as large as it can. The other outcome is forecast too."
MAKE_PLAN = "Make the plan"
BUDGET_PER_WEEK = "The budget above is {weekly} a week."
NO_BUDGET = "Enter a budget to make a plan."
INPUTS_CHANGED = "The inputs have changed since this plan was made. Press **Make the plan** to bring it up to date."
HISTORY_FACTS = "{file}: {weeks} complete weeks, {first} to {last}, {cells} places to spend, {recent} a week lately."
SAMPLE_FACTS = (
    "Simulated advertiser: {weeks} complete weeks, {first} to {last}, {cells} places to spend, {recent} a week lately."
)

# Empty state
EMPTY_TITLE = "Bring your history to get a plan"
EMPTY_BODY = (
    "Choose a file above with one row per day or week, network and content type: "
    "**date**, **network**, **content_type**, **spend** and what it brought: **conversions**, **revenue** or both. "
    "Nothing leaves this computer."
)
EMPTY_EXAMPLE = "Download the sample as a template"
READY_TITLE = "Your history is read"
READY_BODY = "Check the budget and the number of weeks above, then press **Make the plan**."

# Progress and failures
READING = "Reading {file}"
PLANNING = "Working out the plan"
SAMPLE_WAIT = "Preparing the sample history"
UNEXPECTED = (
    "Something went wrong on our side, and your file and inputs are unchanged. Try again; if it happens once more, "
    "tell whoever runs this program the reference {reference}."
)
TOO_LARGE = "the file holds {size} MB, more than the {limit} MB this screen takes"
TOO_LARGE_UNPACKED = "the file unpacks to {size} MB, more than the {limit} MB this screen takes"
TOO_LARGE_FIX = "leave out old rows or columns, or use the command line"
UNREADABLE_ARCHIVE = "the file is not a readable {kind} file"
UNREADABLE_ARCHIVE_FIX = "export it again, or save it as CSV"
UNKNOWN_SUFFIX = "files of type '{suffix}' cannot be read"
UNKNOWN_SUFFIX_FIX = "upload a CSV, XLSX or Parquet file"

# Headline
HEAD_MOVE_ONE = "Move {amount} a week from {sources} to {targets}"
HEAD_MOVE_MANY = "Move {amount} a week, above all from {sources} to {targets}"
HEAD_SPREAD = "Move {amount} a week"
HEAD_WORTH = "{move}: about {gain} more {goal} over {weeks}, 90{nbsp}% between {low} and {high}."
HEAD_UNSURE = (
    "{move}: {gain} more {goal} over {weeks} at best guess, but it may also bring less: "
    "90{nbsp}% between {low} and {high}."
)
HEAD_KEEP = "Keep today's split: no move is worth making at this budget."
HEAD_NO_RESPONSE = "Keep today's split: the history shows no response to spend that could be told from chance."
HEAD_LATER = (
    "{move}: it pays after {these}, with {later} {goal} in the 8 weeks that follow; until then it brings {gain} "
    "(90{nbsp}% between {low} and {high})."
)
DETAIL = "{weeks_cap} from {start}. Today means your split of the last 12 complete weeks, scaled to this budget."
DETAIL_OTHER = "Also expected: {total} {outcome} (90{nbsp}%: {low} to {high}), {gain} against today's split."
AND = " and "
ONE_WEEK = "one week"
THIS_WEEK = "this {weeks}"
THESE_WEEKS = "these {weeks}"
WEEKS_COUNT = "{count} weeks"

# Figures
FIG_SPEND = "Spend"
FIG_SPEND_NOTE = "{weekly} a week for {weeks}"
FIG_SPEND_HELP = "Media cost over the plan's weeks, without VAT, spent in full."
FIG_TOTAL = "Expected {goal}"
FIG_INTERVAL = "90{nbsp}%: {low} to {high}"
FIG_TOTAL_HELP = (
    "All {goal} of the plan's weeks, also what comes without spend. In nine of ten cases the figure you will see once "
    "everything is reported lies in the interval: it holds the ups and downs of single weeks too."
)
FIG_GAIN = "More than today's split"
FIG_GAIN_HELP = (
    "Expected {goal} of this plan minus that of today's split at the same budget, in the plan's weeks. The interval is "
    "that of the difference, without the ups and downs of single weeks, which hit both alike. "
    "In the 8 weeks after, carry-over adds {carry} ({goal}, compared with today's split)."
)
FIG_PROOF = "Proof"
PROOF_OPTIMAL = "Best possible"
PROOF_FEASIBLE = "Within {gap}"
PROOF_OPTIMAL_NOTE = "gap to any better split {gap}"
PROOF_FEASIBLE_NOTE = "of the best possible split"
GAP_NONE = "under 0.01{nbsp}%"
FIG_PROOF_HELP = (
    "That is checked on the curves themselves, not taken from a solver. It says nothing about how well the curves are "
    "known: the intervals do."
)

# Downloads and origin
DOWNLOAD_PLAN = "Plan as CSV"
DOWNLOAD_SUMMARY = "Summary as JSON"
ORIGIN = "Where this comes from"
ORIGIN_BODY = (
    "Run {id}, version {version}, seed {seed}. History SHA-256 {sha}. The same history, inputs and version give the "
    "same plan; the command line writes the same files."
)

# Grid
GRID_TITLE = "Where the money goes"
GRID_CAPTION = "{unit} a week, today → plan. ▲ more, ▼ less, = as today. An empty place has no history."
GRID_NETWORK = "Network"
GRID_TOTAL = "All"
GRID_EMPTY = "not used"

# Moves
MOVES_TITLE = "Moves, largest first"
MOVES_STAY_ONE = "One place stays about as it is"
MOVES_STAY = "{count} places stay about as they are"
MOVES_NONE = "Nothing moves."
COL_PLACE = "Place"
COL_TODAY = "Today"
COL_PLAN = "Plan"
COL_CHANGE = "Change"
COL_DAY = "A day"
COL_MARGINAL = "Next {step} bring"
COL_MARGINAL_ONE = "Next {step} brings"
PER_STEP = "{returns} per {step}"
COL_EVIDENCE = "Evidence"
COL_REASON = "Why"
MOVES_CAPTION = (
    "{unit} a week; “A day” is the plan's weekly spend over seven days. “{column}” is the {goal} that the next {step} "
    "add there, carry-over included, or the last {step} where money is taken: at today's spend, as under “Why”, → at "
    "the plan. A plan is best when these end up alike wherever no limit binds. Open an evidence label to read what it "
    "rests on."
)
EVIDENCE = {"strong": "strong", "some": "some", "weak": "weak", "none": "none"}
SAME = "as today"

# Curves
CURVES_TITLE = "What each place returns"
CURVES_PICK = "Places to show, up to {count}"
CURVES_CAPTION = (
    "Line: expected {goal} a week from spend held at that level. Band: 90{nbsp}% for the curve. Dots: weeks of the "
    "history, the newer the stronger. Grey: spend never tried there, where the curve is a guess."
)
CURVES_NONE = "Choose a place above to see its curve."
AXIS_SPEND = "Weekly spend"
AXIS_VALUE = "{goal_cap} a week"
MARK_TODAY = "today"
MARK_PLAN = "plan"
MARK_BOTH = "today = plan"
NEVER_TRIED = "never tried"
TIP_MEAN = "Expected a week"
TIP_LOW = "Low end of 90 %"
TIP_HIGH = "High end of 90 %"
POINT_SPEND = "Spend of that week"
POINT_VALUE = "Brought that week"
CURVE_TITLE = "{place}: {today} → {plan} a week"
CURVE_TITLE_SAME = "{place}: {plan} a week, as today"
CURVE_ALT = (
    "Response curve of {place}: {today} a week today brings {today_value} {goal} a week, {plan} in the plan brings "
    "{plan_value} (90{nbsp}% {low} to {high}). Spend tried so far: {tried_low} to {tried_high}."
)

# Findings
FINDINGS_TITLE = "What to know about the data"
FINDINGS_NONE = "Nothing stood out in the history or the fit."
FINDINGS_MORE = "{count} more notes"
FINDINGS_READ_TITLE = "What was found in the file"
LEVEL_SERIOUS = "Serious"
LEVEL_WARNING = "Check"
LEVEL_NOTE = "Note"

MONEY = "Money"  # what stands for a currency that is not named
GOAL_NAMES = {"revenue": "revenue", "conversions": "conversions"}
