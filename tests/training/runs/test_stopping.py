import os
import signal

import pytest

from cifarlab.training.runs.stopping import StopAskedError, listen


def test_nobody_asked(tmp_path):
    with listen(tmp_path) as request:
        request.check()
        request.check_directory()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"stop"', b'{"action": "dance"}', b"\xff"])
def test_a_request_that_cannot_be_read_is_none(tmp_path, content):
    (tmp_path / "control.json").write_bytes(content)
    with listen(tmp_path) as request:
        request.check_directory()


def test_a_signal_is_kept_until_someone_looks(tmp_path):
    with listen(tmp_path) as request:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopAskedError, match="Stopped by SIGTERM"):
            request.check()


def test_a_signal_interrupts_long_work_that_may_be_interrupted(tmp_path):
    def work_at_once(request):
        with request.at_once():
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("the work went on")

    with listen(tmp_path) as request, pytest.raises(StopAskedError, match="Stopped by SIGINT"):
        work_at_once(request)


def test_nobody_who_makes_up_for_errors_keeps_a_run_from_stopping(tmp_path):
    def work_on_whatever_happens(request):
        with request.at_once():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            except Exception:
                pytest.fail("the request was taken for an error")

    with listen(tmp_path) as request, pytest.raises(StopAskedError, match="Stopped by SIGTERM"):
        work_on_whatever_happens(request)


def test_a_second_ctrl_c_interrupts_at_once_and_all_is_as_before(tmp_path):
    # A process that was started in the background may ignore it.
    before = signal.getsignal(signal.SIGINT)
    with listen(tmp_path):
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
