package io.github.reactoruring.guide;

import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

// snippet: boot-controller
@RestController
class Download {

    @GetMapping("/download")
    Resource download() {
        return new FileSystemResource("pom.xml");
    }
}
// end of snippet
