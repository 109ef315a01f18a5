from pprint import pprint
from gst_ims.desk.report.document import figures, write_json
from gst_ims.desk.report.workbook import write_workbook

def test_x(desk, compared, asha, tmp_path):
    f = figures(desk, asha, compared)
    pprint(f, width=200)
    print(write_json(desk, asha, compared, tmp_path / "x.json"))
    print(write_workbook(desk, asha, compared, tmp_path / "x.xlsx"))
    import shutil; shutil.copy(tmp_path/"x.xlsx", "/tmp/x.xlsx"); shutil.copy(tmp_path/"x.json", "/tmp/x.json")
    assert 0
