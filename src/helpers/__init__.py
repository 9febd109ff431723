"""Helpers of the course "Recurrent Neural Networks, Live". What to open for which chapter:

    01 RNN                   cells (rnn_step), sequence (rnn), params; text, models, training for its character model,
                             recall (what of a text can be read from states)
    02 BPTT                  bptt (the gradients by hand, cross_entropy), lags (the gradient term by term)
    03 vanishing gradients   jacobians (products, radii, bounds), clipping, tasks, crowd, monitor
    04 LSTM                  cells (lstm_step), sequence (lstm), bptt (lstm_bptt), gates (every gate of a torch module),
                             reber (the grammar of an endless stream),
                             char_lstm (reads Python code, with measured meanings of its cells), places (what is true
                             at each place of a code)
    05 GRU                   cells (gru_step, mingru_step, lstm_step with peephole or coupled), bptt (gru_bptt)
    06 both directions       bidirectional (two sets of weights, reversal within true lengths, the gradients by hand),
                             syntax (labelled Python code, and the two networks that colour it)
    07 attention             attention (scores, masked weights, the context, self-attention), encoder_decoder (reads,
                             then writes, with a fixed vector or attention; seq2seq: in torch), decoding (greedy, beam
                             search), dates (in nine locales to ISO 8601, and the two networks that read them),
                             copier (a text repeated out of a fixed vector, of the mean state, and with attention)
    08 applications          digits (as sequences), captions (of digits, by a rule), captioner (a recurrence that
                             is told about a picture), reviews (whose grammar gives the label), series (the sea's
                             temperature, and the forecasts that need no network)
    09 after the LSTM        linear (linear recurrences, the scan, a matrix for a state), sequence (mingru, minlstm)

Of every chapter: `plots` (arrays in, figure out), `live` (`live.show`), `figures/` (one file a live figure), `checks/`
(one file a chapter's exercises). `playground/` trains small networks, in the page and in NumPy alike. `kinds` holds one
record a kind of cell, `data/` small trained weights with the command that made them. Imports go one way, from left to
right:

    cells, attention, linear, sequence, bptt, kinds, params, gates, monitor; kinds and bidirectional
    sequence, jacobians and lags; params, series, models, copier and crowd; digits, captions and captioner; kinds and
    playground
    attention and bidirectional, encoder_decoder, seq2seq and dates; syntax, char_lstm and places
    text and recall; training and monitor; clipping, decoding, measured, reber, reviews, tasks and plots
    stand on their own
"""

__version__ = "0.1.0"
