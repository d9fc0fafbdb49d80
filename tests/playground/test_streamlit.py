"""What the server changes in Streamlit once and for all."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from playground.server import shared


def test_a_page_whose_pictures_were_dropped_does_not_count_as_complete() -> None:
    """Else the browser removes the pictures that did not come, and they blink."""
    shared.prepare()
    queue = ForwardMsgQueue()
    picture, end = ForwardMsg(), ForwardMsg()
    picture.delta.new_element.text.body = "a picture"
    picture.delta.fragment_id = "tick"
    picture.metadata.delta_path.extend([0, 0])
    end.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue.enqueue(picture)
    queue.enqueue(end)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["tick"])
    (left,) = queue.flush()
    assert left.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
