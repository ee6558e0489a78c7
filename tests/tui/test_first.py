import time
from workbench.tui.app import ReviewApp
async def test_x(small_desk):
    t=time.time()
    app=ReviewApp(small_desk)
    async with app.run_test(size=(140,40), notifications=True) as p:
        await p.pause(1)
        print(app.screen.shown)
        open('/tmp/w/tui/f.svg','w').write(app.export_screenshot())
        await p.press("e"); await p.pause(.2)
        await p.press(*"Henrietta "); await p.press("ctrl+s"); 
        t=time.time()
        while app.screen._busy: await p.pause(.1)
        print("edit",time.time()-t)
        await p.press("a"); await p.pause(.5)
        open('/tmp/w/tui/g.svg','w').write(app.export_screenshot())
