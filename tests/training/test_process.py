from cifarlab.training import devote_to_training, process


def test_a_process_for_training_lets_threads_sleep_and_keeps_memory(monkeypatch):
    done = []
    monkeypatch.setattr(process, "let_idle_threads_sleep", lambda: done.append("threads"))
    monkeypatch.setattr(process, "keep_freed_memory", lambda: done.append("memory"))
    devote_to_training()
    assert sorted(done) == ["memory", "threads"]
